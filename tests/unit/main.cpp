#include <CppUTest/CommandLineTestRunner.h>
#include <CppUTest/MemoryLeakWarningPlugin.h>

int main(int argc, char** argv) {
#ifdef DOORCALL_SANITIZED
  // The leak detector's operator new would hide overruns in its margins and races behind its mutex.
  MemoryLeakWarningPlugin::turnOffNewDeleteOverloads();
#else
  // Some tests start threads; the leak detector's plain operator new is not safe for them.
  MemoryLeakWarningPlugin::turnOnThreadSafeNewDeleteOverloads();
#endif
  return CommandLineTestRunner::RunAllTests(argc, argv);
}
